"""How a claim is judged, and what is found out about it."""
