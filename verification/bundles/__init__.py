"""Evidence of a case as one file to take away: asked for by one person, approved by another.

Decided here: what is in a bundle, who may ask, approve and fetch it, and when it ends. Hears:
bundle.approved, erasure.done. Leaves: bundle.requested, bundle.approved, bundle.refused,
bundle.built, bundle.downloaded, bundle.revoked.
"""
