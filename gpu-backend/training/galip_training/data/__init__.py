"""Captioned images from disk, and the tokenizer of their captions."""
