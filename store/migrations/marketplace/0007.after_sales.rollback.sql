DROP TABLE complaints;
DROP TABLE returns;
