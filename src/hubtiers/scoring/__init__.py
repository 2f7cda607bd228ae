"""How much: the steps that turn indicators into a score, one module per step."""
