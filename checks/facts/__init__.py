"""What users declare, asked in numbers before it is believed: families, starts, measures, rules."""
