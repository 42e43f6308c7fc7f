"""The mind: model files, prompts, and the engines that answer."""
