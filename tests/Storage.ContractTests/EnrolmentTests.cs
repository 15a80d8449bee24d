using System.Reflection;

namespace Runtime.Storage.ContractTests;

public sealed class EnrolmentTests
{
    /// <summary>What every store has to meet: the abstract classes that are closed over a dialect.</summary>
    private static IEnumerable<Type> Contracts => typeof(EnrolmentTests).Assembly.GetTypes().Where(type =>
        type.IsAbstract && type.Name.EndsWith("Contract", StringComparison.Ordinal) && FixtureOf(type) == typeof(DialectFixture));

    public static TheoryData<string, Type> DialectsAndContracts()
    {
        var data = new TheoryData<string, Type>();
        foreach (var (dialect, contract) in StorageDialects.BuiltIn.All.SelectMany(_ => Contracts, (dialect, contract) => (dialect.Name, contract)))
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
            await using var opened = (DialectFixture)Activator.CreateInstance(FixtureOf(type)!)!;
            enrolled.Add(opened.Dialect.Name);
        }

        Assert.True(enrolled.Contains(dialect), $"'{dialect}' is not in {contract.Name}. Fix: add its line to Enrolment.cs.");
    }

    [Fact]
    public void Every_fixture_is_used_for_every_contract()
    {
        var types = typeof(EnrolmentTests).Assembly.GetTypes();
        var fixtures = types.Where(type => type.IsSubclassOf(typeof(DialectFixture)) && !type.IsAbstract).ToList();

        // One dialect may have several: Spanner has a fixture for each SQL that it speaks.
        Assert.All(Contracts, contract => Assert.Equal(
            fixtures.Select(fixture => fixture.Name).Order(),
            types.Where(type => type.IsSubclassOf(contract))
                .Select(type => FixtureOf(type)!.Name).Order()));
    }

    private static Type? FixtureOf(Type type) => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .SingleOrDefault()?.GetParameters().SingleOrDefault()?.ParameterType;
}
