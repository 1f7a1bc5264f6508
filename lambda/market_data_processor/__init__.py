"""The market-data processor: raw trades in, bars and analytics out.

From the inside out: :mod:`.trade_file` (what a raw file looks like), :mod:`.rows` (which rows are trades),
:mod:`.formation` (which trades form a bar), :mod:`.aggregation` (trades by second), :mod:`.merging` (bars and
analytics from the seconds of any number of files), :mod:`.layout` (what is where) and :mod:`.ingestion` (one
raw object, from its bytes to published bars) know nothing of AWS; :mod:`.s3`, :mod:`.postgres`,
:mod:`.publication` and :mod:`.handler` do.
"""
