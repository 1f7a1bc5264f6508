"""The alert function: critical log events become one readable alert, once for each kind and span of time.

From the inside out: :mod:`.redaction` (what is never quoted), :mod:`.log_line` (what a line of a log says),
:mod:`.alert` (what an alert says), :mod:`.console` (where to read on) and :mod:`.telling` (what was told
already) know nothing of calls to AWS; :mod:`.memory` remembers in a table; :mod:`.handler` receives what a
subscription filter picked, and publishes.
"""
