"""Keys with which a phone makes citizen codes without a network."""
