"""What bytes look like: text and JSON, dates, numbers, signatures, HTML and tables.

Nothing here knows a vendor, waits, or reads a clock. What does not have the promised shape raises
`Unreadable` with the path of the field, what stood there and who said it.
"""
