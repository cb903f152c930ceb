/* Drafts, first checks and the queue of the filing form; without this file the form is whole. */

import "../../js/outbox/form.js";
