"""FETCH: trade against money, firm by firm."""
