"""What a Terraform plan would change, told to people in the comment of a pull request.

:mod:`.changes` reads the plan's JSON, :mod:`.importance` says what deserves attention, :mod:`.values` shows
what differs, :mod:`.summary` puts it into a line and :mod:`.comment` into Markdown. None runs Terraform.
"""
