"""A simulator of WhatsApp's Cloud API for one business number, with a page to chat as a pharmacy.

It speaks the API's send endpoint, signed webhooks with retries, and delivery statuses, and keeps all of it on disk, so
that killing it loses no message. It misbehaves only when told to (``faults``). Nothing leaves the computer.
"""
