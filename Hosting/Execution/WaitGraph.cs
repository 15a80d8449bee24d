namespace Runtime.Hosting.Execution;

/// <summary>Who needs whom.</summary>
internal static class WaitGraph
{
    /// <summary>What must be healthy before the resource starts: what it waits for, and what it lives in.</summary>
    public static IEnumerable<IResource> DependenciesOf(IResource resource)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource);
        return (resource is IResourceWithParent child ? waits.Prepend(child.Parent) : waits).Distinct();
    }

    /// <summary>Whether <paramref name="user"/> has to stop before <paramref name="used"/>.</summary>
    public static bool Uses(IResource user, IResource used) =>
        DependenciesOf(user).Concat(user.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relation => relation.Resource)).Contains(used);

    /// <exception cref="DistributedApplicationException">Resources wait for each other in a circle, or for one that is not in the graph.</exception>
    public static void Check(IReadOnlyList<IResource> resources)
    {
        var done = new HashSet<IResource>();
        foreach (var resource in resources)
        {
            Visit(resource, []);
        }

        void Visit(IResource resource, List<IResource> path)
        {
            if (done.Contains(resource))
            {
                return;
            }

            if (!resources.Contains(resource))
            {
                throw new DistributedApplicationException($"'{path[^1].Name}' waits for '{resource.Name}', which is not in the graph. Fix: add it with AddResource.");
            }

            if (path.Contains(resource))
            {
                throw new DistributedApplicationException(
                    $"Resources wait for each other: {string.Join(" -> ", path.Append(resource).Select(step => step.Name))}. Fix: remove one of these WaitFor calls.");
            }

            foreach (var dependency in DependenciesOf(resource))
            {
                Visit(dependency, [.. path, resource]);
            }

            done.Add(resource);
        }
    }
}
