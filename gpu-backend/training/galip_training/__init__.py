"""GALIP's training: CLIP, the GAN on top of it, and their metrics."""
