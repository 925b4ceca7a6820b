"""Process 1, the telephone: floor, ARI, AMI, spool, and nothing that could delay a call."""
