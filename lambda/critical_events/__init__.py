"""The alert function: critical log events become one readable alert.

From the inside out: :mod:`.alert` (what an alert says) and :mod:`.console` (where to read on) know nothing of
calls to AWS; :mod:`.handler` receives what a subscription filter picked, and publishes.
"""
