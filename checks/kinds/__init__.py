"""The kinds of claims, one file for each: how its claims are judged, replayed, drawn, searched and written down."""
