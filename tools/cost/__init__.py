"""What the stacks cost in a month, from their synthesized resources and a dated table of prices."""
