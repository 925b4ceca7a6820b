"""Personal data: what there is, what is known of a person, legal holds, erasures, who saw what."""
