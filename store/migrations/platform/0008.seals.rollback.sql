DROP TABLE escalation_seals;
