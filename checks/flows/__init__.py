"""Trajectories of flows: exact, in closed form, or enclosed."""
