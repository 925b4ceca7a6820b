"""`./run containers`: the composed installation, built, called, broken, upgraded and ended."""
