"""The worker's figures for Prometheus, served by the worker itself where WORKER_METRICS_PORT is set."""

from prometheus_client import Counter, Histogram

PUSHES = Counter("meguri_pushes", "Pushes of messages, by what the push service made of them", ["result"])
RECIPIENTS = Counter("meguri_message_recipients", "Recipients of messages settled after a push", ["state"])
LAPSED_ROWS = Counter("meguri_message_rows_left", "Recipients that a dead worker left behind")
BATCH_SECONDS = Histogram(
    "meguri_message_batch_seconds",
    "From taking a batch to having settled it",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
