module transparency

go 1.19
