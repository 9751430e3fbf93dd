"""What is worked out of a claim: proofs that nobody wrote, what excludes itself, what it rests on."""
