"""How sure a result is: what varies, the Monte Carlo over it, which choice matters, and what weights it would take."""
