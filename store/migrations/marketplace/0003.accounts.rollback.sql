DROP TABLE contacts;
DROP TABLE pharmacies;
