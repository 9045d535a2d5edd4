"""How much of a CRM provider's customer data could an acquirer really take over, and is that significant?"""

__version__ = "0.1.0"
