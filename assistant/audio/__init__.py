"""Ears and voice: the sound card, speech detection, recognition and synthesis."""
