"""The axioms that Coq's proofs here may rest on."""

ALLOWED = {
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "Classical_Prop.classic",
    "FunctionalExtensionality.functional_extensionality_dep",
}
"""What Coq's real numbers and their mean value theorem rest on, and that functions with equal values are equal."""
