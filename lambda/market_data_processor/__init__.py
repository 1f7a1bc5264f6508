"""The market-data processor: raw trades in, bars out.

From the inside out: :mod:`.trade_file` (what a raw file looks like), :mod:`.aggregation` (which trades form
a bar, and how bars merge), :mod:`.ingestion` (one raw object, from its bytes to published bars) know
nothing of AWS; :mod:`.s3` and :mod:`.handler` do.
"""
