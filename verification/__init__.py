"""The judgement: what we make of the record, how sure, who decided, what is published."""
