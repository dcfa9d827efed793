"""Bonded cargo: in and out reports that are due, missed or out of order, and one correct message to the warehouse."""
