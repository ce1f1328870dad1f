"""Shows that FaceQuota leaves nothing of a face behind, on a real house with real visits.

Each module measures one thing and knows nothing of the others; `__main__` puts them in
order. Nothing in here is part of the product, and nothing in here asks the product for
anything that a stranger to it could not see from outside.
"""
