"""What imports cannot show: rules of the house that hold in every file. Each rule is first tried on a sample that breaks it."""
