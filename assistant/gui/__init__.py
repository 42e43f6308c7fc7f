"""The window. Widgets paint what `view_state` decides."""
