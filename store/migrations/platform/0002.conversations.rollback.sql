DROP TABLE escalations;
DROP TABLE turns;
DROP TABLE messages;
DROP TABLE conversations;
