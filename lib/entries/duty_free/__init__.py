"""Screening of risky buyers at downtown duty-free shops (시내면세점 우범 구매자)."""
