"""The vocabulary and the rules of a conversation. Pure: standard library and numpy, no I/O, no clock."""
