"""The errors that the commands report in one message and without a stack trace."""


class ToolError(RuntimeError):
    """Something the user has to know of; the text says what, and what to do or where to look."""
