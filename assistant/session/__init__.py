"""Carries out what the turn table says: one inbox, one reply task, page jobs. Imports `core` only."""
