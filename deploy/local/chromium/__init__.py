"""A headless Chromium from an npm package, for machines without a browser."""
