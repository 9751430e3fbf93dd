"""What is run and measured: problems, arithmetics, the engine, witnesses and verdicts."""
