"""From a picture to the elements of a drawn page."""
