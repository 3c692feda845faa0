DROP TABLE model_spend;
