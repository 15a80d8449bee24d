namespace Runtime.Storage.ContractTests;

public sealed class EnrolmentTests
{
    public static TheoryData<string, Type> DialectsAndContracts()
    {
        var contracts = typeof(EnrolmentTests).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: true, IsClass: true } && type.Name.EndsWith("Contract", StringComparison.Ordinal));
        var data = new TheoryData<string, Type>();
        foreach (var (dialect, contract) in StorageDialects.BuiltIn.All.SelectMany(_ => contracts, (dialect, contract) => (dialect.Name, contract)))
        {
            data.Add(dialect, contract);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(DialectsAndContracts), DisableDiscoveryEnumeration = true)]
    public async Task Every_dialect_is_enrolled_in_every_contract(string dialect, Type contract)
    {
        var enrolled = new List<string>();
        foreach (var type in contract.Assembly.GetTypes().Where(type => type.IsSubclassOf(contract) && !type.IsAbstract))
        {
            var fixture = type.GetConstructors().Single().GetParameters().Single().ParameterType;
            await using var opened = (DialectFixture)Activator.CreateInstance(fixture)!;
            enrolled.Add(opened.Dialect.Name);
        }

        Assert.True(enrolled.Contains(dialect), $"'{dialect}' is not in {contract.Name}. Fix: add its line to Enrolment.cs.");
    }
}
