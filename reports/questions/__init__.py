"""What a report's author is asked, and what they answer. Never public.

Decided here: what may be asked and for how long, who may answer, that an answer is given once and
never changed. A panel asks through `verification/adjudication`; no panel learns who answered.
Hears: nothing. Leaves: question.asked, question.answered, question.withdrawn, question.expired.
"""
