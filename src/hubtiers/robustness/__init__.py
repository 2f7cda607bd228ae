"""How sure a result is.

What varies, the Monte Carlo over it, which choice matters, and what weights it would take.
"""
