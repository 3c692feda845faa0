"""The register: every topic declared once. Imports nothing of ours; everything else derives from it."""
